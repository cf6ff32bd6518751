package checks_test

func statelessHTTPTwins() []twin { return nil }
