package checks_test

func cachingTwins() []twin { return nil }
