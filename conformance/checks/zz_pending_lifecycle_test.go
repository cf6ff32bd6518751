package checks_test

func lifecycleTwins() []twin { return nil }
