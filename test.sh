#!/usr/bin/env bash
# Runs every test of mcpctl, on a fresh machine too: it needs Go, Node, Python,
# PostgreSQL and a C compiler (for the race detector), installs the rest into the
# user's cache and asks nothing.
#
#   ./test.sh          everything, as CI does
#   FUZZTIME=30s ./test.sh    fuzz longer
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
exec </dev/null

golangci=v2.15.0
# A number of inputs, not a time: go test calls it a failure when the clock runs
# out while an input is being tried. So few are not worth compiling everything
# once more, with the instruments that guide the search.
fuzztime=${FUZZTIME:-1000x}
guided=()
[[ -z ${FUZZTIME:-} ]] || guided=(-fuzz .)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/mcpctl
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"; kill "${background:-}" "${fuzzing:-}" 2>/dev/null' EXIT
trap 'exit 130' INT TERM

for tool in go node npm python3 git; do
  command -v "$tool" >/dev/null || { echo "test.sh: cannot find $tool; install it and run this again" >&2; exit 1; }
done
command -v "$(go env CC)" >/dev/null ||
  { echo "test.sh: cannot find the C compiler $(go env CC), which the race detector needs: install gcc or clang, or set CC" >&2; exit 1; }

passed=0
failed=()

# step NAME COMMAND… runs one check; its output is shown only if it fails.
step() {
  local name=$1 start=$SECONDS
  shift
  "$@" >"$scratch/log" 2>&1
  tell $? "$name" $((SECONDS - start)) "$scratch/log"
}

tell() { # STATUS NAME SECONDS LOG
  if (($1 == 0)); then
    passed=$((passed + 1))
    printf 'ok    %s (%ds)\n' "$2" "$3"
  else
    failed+=("$2")
    printf 'FAIL  %s\n' "$2"
    sed 's/^/      /' "$4"
  fi
}

# behind NAME COMMAND… is for what compiles for minutes on a fresh machine: it runs
# at the lowest priority, while the tests wait for servers. told NAME waits for it.
behind() {
  local name=$1 start=$SECONDS
  shift
  "$@" >"$scratch/behind/$name.log" 2>&1
  echo "$? $((SECONDS - start))" >"$scratch/behind/$name.new" && mv "$scratch/behind/$name.new" "$scratch/behind/$name"
}

# Either of the shells behind may be the one that writes the file; once both have
# ended, nobody will.
await() {
  while [[ ! -e $scratch/behind/$1 ]] && { kill -0 "$background" || kill -0 "$fuzzing"; } 2>/dev/null; do sleep 1; done
}

told() { # NAME TITLE
  local status=1 seconds=0
  await "$1"
  [[ ! -e $scratch/behind/$1 ]] || read -r status seconds <"$scratch/behind/$1"
  tell "$status" "$2" "$seconds" "$scratch/behind/$1.log"
}

formatted() {
  local bad
  bad=$(gofmt -l .) && [[ -z $bad ]] || { echo "run gofmt -w on:"; echo "$bad"; return 1; }
}

tidy() { # FOLDER
  (cd "$1" && go mod tidy -diff)
}

# The linter is built once into the cache, by the Go that is here.
lint() {
  local bin=$cache/tools/golangci-lint-$golangci-$(go env GOVERSION)
  if [[ ! -x $bin ]]; then
    mkdir -p "$cache/tools" &&
      GOFLAGS= GOBIN=$scratch/bin go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$golangci" &&
      mv "$scratch/bin/golangci-lint" "$bin" || return
  fi
  "$bin" run --allow-parallel-runners
}

# Compares before and after, so that work not yet committed does not count.
snapshot() {
  git ls-files -z --cached --others --exclude-standard | xargs -0 cksum 2>/dev/null | sort
}

# Compares before and after, so that work not yet committed does not count.
generated() {
  snapshot >"$scratch/before"
  go generate ./... || return
  snapshot >"$scratch/after"
  diff "$scratch/before" "$scratch/after" || { echo "go generate changed these files: commit what it made"; return 1; }
}

# The real servers and the generated ones are judged by themselves: that starts
# hundreds of processes, and what is slow on a machine that is busy with other
# tests proves nothing. What judges the generated ones has no state to race for,
# and its compilers want the time. What needs the services waits until they are
# built.
tested() {
  local alone='/internal/(realtest|judged)$' publishing='/(publish|internal/(cli|published|release|real[a-su-z][a-z]*|realtui))(/|$)' first last status
  # The scripts of the hall, and the screen in tmux, start a program hundreds of
  # times, which takes ten times as long with the race detector in it.
  local starting='/internal/(cli|realtui)$'
  mapfile -t first < <(go list ./... | grep -Ev "$alone|$publishing")
  mapfile -t last < <(go list ./... | grep -E "$publishing" | grep -Ev "$starting")
  # Hundreds of thousands of samples, and of runs of the whole judge, take five to
  # ten times as long under the race detector, which other tests of the same
  # packages serve as well.
  local many='^Test(Equivalence|Proofs$|RootCauses$|LargestDocuments$)'
  go test -vet=off -race -skip "$many" -parallel 8 -timeout 20m -json "${first[@]}"
  status=$?
  go test -vet=off -run "$many" -parallel 8 -json ./conformance/checks ./conformance/compat ./conformance/schema ./publish/serverjson || status=$?
  # What publishes, and the hall's scripts, mostly wait, for services and for
  # programs to start: the servers are judged meanwhile.
  (
    await services
    status=0
    go test -vet=off -race -skip "$many" -parallel 8 -timeout 20m -json "${last[@]}" || status=$?
    go test -vet=off -parallel 4 -timeout 20m -json ./internal/cli || status=$?
    exit "$status"
  ) >"$scratch/publishing.json" &
  local publishing=$!
  # One of the real servers takes as long as all others together, mostly waiting.
  go test -vet=off -race -parallel 3 -timeout 20m -json ./internal/realtest || status=$?
  go test -vet=off -parallel 2 -timeout 20m -json ./internal/judged || status=$?
  wait "$publishing" || status=$?
  cat "$scratch/publishing.json"
  go test -vet=off -parallel 8 -timeout 20m -json ./internal/realtui || status=$?
  return "$status"
}

targets() {
  grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . --exclude-dir=.git --exclude-dir=_project | sed -E 's/:func /:/; s#^\./##' | sort
}

# One program a package, for linking takes longer than fuzzing.
fuzzers() {
  local folder
  while read -r folder; do
    go test -c ${guided[@]+"${guided[@]}"} -o "$scratch/fuzz-${folder//\//-}" "./$folder" || return
  done < <(targets | cut -d: -f1 | xargs -n1 dirname | sort -u)
}

fuzz() { # FOLDER TARGET
  local program=$scratch/fuzz-${1//\//-}
  (cd "$1" && "$program" -test.run '^$' -test.fuzz "^$2\$" -test.fuzztime "$fuzztime" -test.fuzzcachedir "$scratch/fuzzed") 2>&1 |
    tee "$scratch/fuzz" || return
  grep -q '^fuzz: elapsed' "$scratch/fuzz" # else no target has that name
}

echo "installing the pinned real servers, if they are not yet here"
testservers/install || exit 1

step "gofmt" formatted
step "go mod tidy" tidy .
step "go mod tidy, testservers" tidy testservers/go
step "go generate" generated

mkdir "$scratch/behind"
(
  renice -n 19 "$BASHPID" >/dev/null
  behind services testservers/install services
  behind fuzzers fuzzers
  behind lint lint # go vet is one of its linters
) &
background=$!
# Whoever gets no turn for seconds looks as if an input had hung, so this is not
# at the lowest priority.
(
  fuzzing=$background # whose end ends the waiting here
  await fuzzers
  renice -n 5 "$BASHPID" >/dev/null
  while IFS=: read -r file target; do
    behind "$target in ${file//\//-}" fuzz "$(dirname "$file")" "$target"
  done < <(targets)
) &
fuzzing=$!

echo "running the tests with the race detector"
tested | python3 .ci/tally.py "$scratch/tally"
tests=${PIPESTATUS[0]}

told services "the services that publishing is tested against"
told lint "golangci-lint $golangci"
told fuzzers "compiling what fuzzes"
while IFS=: read -r file target; do
  told "$target in ${file//\//-}" "fuzz $target in $(dirname "$file") for $fuzztime"
done < <(targets)

[[ -s $scratch/tally ]] || echo "0 1 0" >"$scratch/tally" # the tests did not even start
read -r test_passed test_failed test_skipped <"$scratch/tally"
if [[ $tests -ne 0 && $test_failed -eq 0 ]]; then
  test_failed=1 # something besides a test: a build, or a panic between tests
fi

((${#failed[@]} == 0)) || printf '\nfailed: %s\n' "${failed[*]}"
printf '\n%d passed, %d failed, %d skipped\n' \
  $((passed + test_passed)) $((${#failed[@]} + test_failed)) "$test_skipped"
[[ ${#failed[@]} -eq 0 && $test_failed -eq 0 ]]
