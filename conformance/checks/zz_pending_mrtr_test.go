package checks_test

func mrtrTwins() []twin { return nil }
