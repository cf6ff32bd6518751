package checks_test

func toolsTwins() []twin { return nil }
