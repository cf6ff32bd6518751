package app

import "example.com/acme-server/internal/elicitation"

// withElicitation lets tools put questions to the user.
func withElicitation(a *App) error {
	sealer, err := elicitation.NewSealer(a.Config.Elicitation)
	a.Tools.Sealer = sealer
	return err
}
