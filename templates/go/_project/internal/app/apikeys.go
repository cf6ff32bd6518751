package app

import (
	"example.com/acme-server/internal/apikeys"
	"example.com/acme-server/internal/lanes"
)

// withApikeys accepts API keys as tokens, also in the header X-API-Key.
func withApikeys(a *App) error {
	keys, err := apikeys.New(a.Config.Apikeys)
	if err != nil || keys == nil {
		return err
	}
	a.Verifiers = append(a.Verifiers, keys.Verify)
	a.Bearer.AllowMissingExpiration = true // a key may be good for ever
	a.Wrap(lanes.Auth, apikeys.FromHeader)
	return nil
}
