"""Reads go test -json, shows what go test would show, and counts.

The counts (passed, failed, skipped) go to the file named as argument. A test
with subtests counts besides them, as in go test -v.
"""

import json
import sys
from collections import defaultdict

counts = {"pass": 0, "fail": 0, "skip": 0}
said = defaultdict(list)  # (package, test) -> its output
skipped = []

for line in sys.stdin:
    try:
        event = json.loads(line)
    except ValueError:
        print(line, end="")  # the tool itself speaks, for example of a build
        continue
    action, package, test = event["Action"], event.get("Package", ""), event.get("Test", "")
    if action == "build-output":
        print(event["Output"], end="")
    elif action == "output":
        said[package, test].append(event["Output"])
    elif action in counts:
        output = said.pop((package, test), [])
        if test:
            counts[action] += 1
            if action == "fail":
                print("".join(output), end="")
            elif action == "skip":
                skipped.append(f"{package} {test}: " + " ".join("".join(output).split()))
        elif action != "skip":  # skipped packages have no tests
            # A package's own output: its closing line, and panics if it failed.
            print("".join(output if action == "fail" else output[-1:]), end="")
    sys.stdout.flush()

for left in said.values():  # a process that was killed closes nothing
    print("".join(left), end="")
for why in skipped:
    print("skipped", why)
with open(sys.argv[1], "w", encoding="ascii") as tally:
    print(counts["pass"], counts["fail"], counts["skip"], file=tally)
