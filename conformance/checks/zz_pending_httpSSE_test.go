package checks_test

func httpSSETwins() []twin { return nil }
