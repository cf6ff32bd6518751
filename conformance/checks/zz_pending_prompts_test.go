package checks_test

func promptsTwins() []twin { return nil }
