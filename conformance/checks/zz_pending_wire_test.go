package checks_test

func wireTwins() []twin { return nil }
