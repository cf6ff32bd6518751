//go:build unix

package realsigstore

import (
	"net/http"
	"net/url"
	"strings"
)

// Mint makes a token of one of the providers: GitHub, GitLab, Mail or
// Sigstore.People. Claims add to and replace what it says; "exp" is in seconds.
func (s *Sigstore) Mint(issuer string, claims map[string]any) string {
	return s.issuers.mint(issuer, claims)
}

// GitHubToken is what a workflow of GitHub Actions gets, such as
// ("acme/echo", "release.yml", "refs/tags/v1.0.0"). It becomes the subject
// https://github.com/acme/echo/.github/workflows/release.yml@refs/tags/v1.0.0.
func (s *Sigstore) GitHubToken(repository, workflow, ref string) string {
	return s.Mint(GitHub, githubClaims(repository, workflow, ref))
}

// MailToken is what a person gets who has an address.
func (s *Sigstore) MailToken(address string) string {
	return s.Mint(Mail, map[string]any{"sub": "1", "email": address, "email_verified": true})
}

// GitLabToken is what a pipeline of GitLab gets, such as ("acme/echo",
// "refs/tags/v1.0.0"). It becomes the subject
// https://gitlab.com/acme/echo//.gitlab-ci.yml@refs/tags/v1.0.0.
func (s *Sigstore) GitLabToken(project, ref string) string {
	const commit = "0123456789012345678901234567890123456789"
	owner, _, _ := strings.Cut(project, "/")
	kind := "branch"
	if strings.HasPrefix(ref, "refs/tags/") {
		kind = "tag"
	}
	return s.Mint(GitLab, map[string]any{
		"sub":          "project_path:" + project + ":ref_type:" + kind + ":ref:" + ref[strings.LastIndex(ref, "/")+1:],
		"project_path": project, "project_id": "1", "pipeline_source": "push", "pipeline_id": "2",
		"ci_config_ref_uri": "gitlab.com/" + project + "//.gitlab-ci.yml@" + ref, "ci_config_sha": commit,
		"namespace_path": owner, "namespace_id": "3", "job_id": "4", "ref": ref[strings.LastIndex(ref, "/")+1:], "ref_type": kind,
		"ref_path": ref, "sha": commit, "runner_environment": "gitlab-hosted", "runner_id": 5, "project_visibility": "public",
	})
}

// ActionsEnv is what GitHub Actions sets for a job that may have a token.
func (s *Sigstore) ActionsEnv(repository, workflow, ref string) map[string]string {
	q := url.Values{"repository": {repository}, "workflow": {workflow}, "ref": {ref}}
	return map[string]string{
		"ACTIONS_ID_TOKEN_REQUEST_URL":   s.People + "/actions?" + q.Encode(),
		"ACTIONS_ID_TOKEN_REQUEST_TOKEN": actionsBearer,
	}
}

const actionsBearer = "job-token"

// actions is GitHub Actions' token service.
func (i *issuers) actions(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+actionsBearer {
		http.Error(w, "this job may not have tokens", http.StatusForbidden)
		return
	}
	q := r.URL.Query()
	claims := githubClaims(q.Get("repository"), q.Get("workflow"), q.Get("ref"))
	claims["aud"] = q.Get("audience")
	answer(w, http.StatusOK, map[string]any{"value": i.mint(GitHub, claims)})
}

// githubClaims are all that the certificate authority asks of a workflow.
func githubClaims(repository, workflow, ref string) map[string]any {
	const commit = "0123456789012345678901234567890123456789"
	owner, _, _ := strings.Cut(repository, "/")
	file := repository + "/.github/workflows/" + workflow + "@" + ref
	return map[string]any{
		"sub": "repo:" + repository + ":ref:" + ref, "job_workflow_ref": file, "job_workflow_sha": commit,
		"workflow_ref": file, "workflow_sha": commit, "workflow": strings.TrimSuffix(workflow, ".yml"),
		"sha": commit, "ref": ref, "event_name": "push", "repository": repository, "repository_id": "1",
		"repository_owner": owner, "repository_owner_id": "2", "repository_visibility": "public",
		"runner_environment": "github-hosted", "run_id": "3", "run_attempt": "1",
	}
}
