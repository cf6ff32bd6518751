package checks_test

func paginationTwins() []twin { return nil }
