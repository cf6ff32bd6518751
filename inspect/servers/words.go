package servers

// Words are the command and its arguments, each as it may be shown: without
// secrets and with references as they are written, nothing quoted. It is nil for
// a server at an address. They are not safe for a terminal.
func (s Server) Words() []string {
	if !s.Local() {
		return nil
	}
	words := append([]string{s.Command}, s.Args...)
	shown := make([]string, len(words))
	for i, word := range words {
		shown[i] = masked(words, i, word)
	}
	return shown
}
