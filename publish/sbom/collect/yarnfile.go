package collect

import (
	"bytes"
	"strconv"
	"strings"
)

// yarnEntry is a package of a yarn.lock of version 1, a format of its own:
// blocks headed by patterns, with fields and one level of fields below.
type yarnEntry struct {
	patterns []string
	line     int
	fields   map[string]string
	below    map[string]map[string]string
}

// parseYarn reads a yarn.lock of version 1.
func parseYarn(file string, data []byte) ([]yarnEntry, error) {
	var all []yarnEntry
	section, number := "", 0
	for raw := range bytes.Lines(data) {
		number++
		line := strings.TrimRight(string(raw), " \t\r\n")
		text := strings.TrimLeft(line, " ")
		if text == "" || text[0] == '#' {
			continue
		}
		indent := len(line) - len(text)
		words, err := yarnWords(text)
		if err != nil {
			return nil, broken(file, number, "%v", err)
		}
		switch {
		case indent == 0 && len(words) > 1 && words[len(words)-1] == ":":
			all = append(all, yarnEntry{words[:len(words)-1], number, map[string]string{}, map[string]map[string]string{}})
			section = ""
		case len(all) == 0:
			return nil, broken(file, number, "it does not start with a package, as in name@range:")
		case indent == 2 && len(words) == 2 && words[1] == ":":
			section = words[0]
			all[len(all)-1].below[section] = map[string]string{}
		case indent == 2 && len(words) == 2:
			all[len(all)-1].fields[words[0]] = words[1]
		case indent == 4 && len(words) == 2 && section != "":
			all[len(all)-1].below[section][words[0]] = words[1]
		default:
			return nil, broken(file, number, "the line is neither a package nor a field of one")
		}
	}
	return all, nil
}

// yarnWords splits a line into words, bare or in quotes; commas only separate,
// and a colon at the end is a word of its own.
func yarnWords(text string) ([]string, error) {
	var words []string
	for text = strings.TrimLeft(text, " ,"); text != ""; text = strings.TrimLeft(text, " ,") {
		switch text[0] {
		case ':':
			words, text = append(words, ":"), text[1:]
		case '"':
			quoted, err := strconv.QuotedPrefix(text)
			if err != nil {
				return nil, errQuote
			}
			word, err := strconv.Unquote(quoted)
			if err != nil {
				return nil, errQuote
			}
			words, text = append(words, word), text[len(quoted):]
		default:
			end := strings.IndexAny(text, " ,")
			if end < 0 {
				end = len(strings.TrimSuffix(text, ":"))
			}
			if end == 0 {
				return nil, errQuote
			}
			words, text = append(words, text[:end]), text[end:]
		}
	}
	if len(words) == 0 {
		return nil, errQuote
	}
	return words, nil
}
