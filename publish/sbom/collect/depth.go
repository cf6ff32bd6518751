package collect

import "bytes"

// tooDeep answers the line on which brackets of a TOML document, outside of
// strings and comments, are nested deeper than most; 0 if none are.
func tooDeep(data []byte, most int) int {
	depth, line := 0, 1
	for i := 0; i < len(data); i++ {
		switch c := data[i]; c {
		case '\n':
			line++
		case '#':
			if end := bytes.IndexByte(data[i:], '\n'); end >= 0 {
				i += end - 1
			} else {
				return 0
			}
		case '"', '\'':
			end := stringEnd(data, i)
			line += bytes.Count(data[i:end], []byte("\n"))
			i = end - 1
		case '[', '{':
			if depth++; depth > most {
				return line
			}
		case ']', '}':
			depth = max(depth-1, 0)
		}
	}
	return 0
}

// stringEnd answers where the string that starts at data[i] ends. One that does
// not end ends with its line, or with the file if it may have several.
func stringEnd(data []byte, i int) int {
	quote := data[i]
	triple := bytes.Repeat([]byte{quote}, 3)
	if bytes.HasPrefix(data[i:], triple) {
		for j := i + 3; j < len(data); j++ {
			if data[j] == '\\' && quote == '"' {
				j++
			} else if bytes.HasPrefix(data[j:], triple) {
				return j + 3
			}
		}
		return len(data)
	}
	for j := i + 1; j < len(data); j++ {
		switch {
		case data[j] == '\\' && quote == '"':
			j++
		case data[j] == quote:
			return j + 1
		case data[j] == '\n':
			return j
		}
	}
	return len(data)
}
