package app

import "example.com/acme-server/internal/lanes"

// withOrigin refuses what web pages of other sites and strangers' DNS names send.
func withOrigin(a *App) error {
	check, err := lanes.CheckOrigin(a.Lanes.Origins)
	if err != nil {
		return err
	}
	a.Wrap(lanes.Origin, check)
	a.Wrap(lanes.Origin, lanes.CheckHost(a.Lanes.Hosts))
	return nil
}
