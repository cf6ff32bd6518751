package app

import "example.com/acme-server/internal/prompts"

// withPrompts adds the prompts.
func withPrompts(a *App) error {
	prompts.Register(a.Server, a.Notes)
	//mcpctl:if completion
	a.Completions.Add("ref/prompt", prompts.Review, "id", a.noteIDs)
	a.Completions.Add("ref/prompt", prompts.Review, "tone", prompts.Tones)
	//mcpctl:end
	return nil
}
