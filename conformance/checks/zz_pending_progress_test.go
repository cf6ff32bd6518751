package checks_test

func progressTwins() []twin { return nil }
