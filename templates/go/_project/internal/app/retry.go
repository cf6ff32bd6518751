package app

// withRetry repeats outgoing calls that failed for a passing reason.
func withRetry(a *App) error {
	a.WrapTransport(a.Config.Retry.Transport)
	return nil
}
