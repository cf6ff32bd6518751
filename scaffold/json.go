package scaffold

// dropDanglingCommas leaves out the commas that stand before a closing bracket,
// as they are left behind by a region at the end of a list. The text is not
// otherwise judged.
func dropDanglingCommas(text []byte) []byte {
	out := make([]byte, 0, len(text))
	comma := -1 // where in out the comma stands that only space has followed
	inString := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case inString && c == '\\' && i+1 < len(text):
			out = append(out, c)
			i++
			c = text[i]
		case c == '"':
			inString, comma = !inString, -1
		case inString || c == ' ' || c == '\t' || c == '\n' || c == '\r':
		case c == ',':
			comma = len(out)
		case (c == '}' || c == ']') && comma >= 0:
			out = append(out[:comma], out[comma+1:]...)
			comma = -1
		default:
			comma = -1
		}
		out = append(out, c)
	}
	return out
}
