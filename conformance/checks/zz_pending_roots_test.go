package checks_test

func rootsTwins() []twin { return nil }
