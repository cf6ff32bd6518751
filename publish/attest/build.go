package attest

import (
	"strings"
	"time"
)

// Platform is where a build ran.
type Platform string

// The platforms that are told apart.
const (
	GitHubActions Platform = "github-actions"
	GitLabCI      Platform = "gitlab-ci"
	// Local is everywhere else: nobody but the signer vouches for such a build.
	Local Platform = "local"
)

// The build types and the builder of our own; docs/attestations.md.
const (
	buildTypeGitHub = "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1"
	buildTypeGitLab = "https://docs.gitlab.com/ci/pipeline_security/slsa/provenance_v1"
	buildTypeLocal  = "https://github.com/mcpctl/mcpctl/local-build/v1"
	builderLocal    = "https://github.com/mcpctl/mcpctl/local"
)

// Build says where, from what and by whom a release was built.
type Build struct {
	Platform Platform
	// Type is the URI of SLSA's buildType, Builder the id of the builder.
	Type, Builder string
	// Source is the repository's address, Ref the reference that was built, like
	// refs/tags/v1.0.0, Commit the full id of the commit. A local build has only
	// what its caller puts here.
	Source, Ref, Commit string
	// Invocation is the address of the run.
	Invocation string

	external, internal map[string]any
}

// BuildFromEnv tells from a job's variables where it runs.
func BuildFromEnv(getenv func(string) string) Build {
	switch {
	case getenv("GITHUB_ACTIONS") == "true":
		return gitHub(getenv)
	case getenv("GITLAB_CI") == "true":
		return gitLab(getenv)
	default:
		return Build{Platform: Local, Type: buildTypeLocal, Builder: builderLocal}
	}
}

// gitHub follows SLSA's build type for workflows of GitHub Actions.
func gitHub(getenv func(string) string) Build {
	server, repository := getenv("GITHUB_SERVER_URL"), getenv("GITHUB_REPOSITORY")
	source := server + "/" + repository
	workflow, ref, _ := strings.Cut(strings.TrimPrefix(getenv("GITHUB_WORKFLOW_REF"), repository+"/"), "@")
	return Build{
		Platform: GitHubActions, Type: buildTypeGitHub,
		Builder: "https://github.com/actions/runner/" + getenv("RUNNER_ENVIRONMENT"),
		Source:  source, Ref: getenv("GITHUB_REF"), Commit: getenv("GITHUB_SHA"),
		Invocation: source + "/actions/runs/" + getenv("GITHUB_RUN_ID") + "/attempts/" + getenv("GITHUB_RUN_ATTEMPT"),
		external:   map[string]any{"workflow": map[string]string{"ref": ref, "repository": source, "path": workflow}},
		internal: map[string]any{"github": filled(map[string]string{
			"event_name":          getenv("GITHUB_EVENT_NAME"),
			"repository_id":       getenv("GITHUB_REPOSITORY_ID"),
			"repository_owner_id": getenv("GITHUB_REPOSITORY_OWNER_ID"),
		})},
	}
}

// gitLab follows GitLab's own build type, without the job's variables: some are
// secrets that nobody marked as such.
func gitLab(getenv func(string) string) Build {
	project := getenv("CI_PROJECT_URL")
	ref := "refs/heads/" + getenv("CI_COMMIT_REF_NAME")
	switch {
	case getenv("CI_COMMIT_TAG") != "":
		ref = "refs/tags/" + getenv("CI_COMMIT_TAG")
	case getenv("CI_MERGE_REQUEST_REF_PATH") != "":
		ref = getenv("CI_MERGE_REQUEST_REF_PATH")
	}
	return Build{
		Platform: GitLabCI, Type: buildTypeGitLab,
		Builder: project + "/-/runners/" + getenv("CI_RUNNER_ID"),
		Source:  project, Ref: ref, Commit: getenv("CI_COMMIT_SHA"),
		Invocation: getenv("CI_JOB_URL"),
		external:   map[string]any{"source": project, "entryPoint": getenv("CI_JOB_NAME")},
		internal: map[string]any{"gitlab": filled(map[string]string{
			"architecture": getenv("CI_RUNNER_EXECUTABLE_ARCH"),
			"job":          getenv("CI_JOB_ID"),
			"pipeline":     getenv("CI_PIPELINE_ID"),
			"source":       getenv("CI_PIPELINE_SOURCE"),
		})},
	}
}

// Provenance is the predicate of [TypeProvenance]. Times that are zero are left
// out.
func (b Build) Provenance(started, finished time.Time) any {
	external := b.external
	if external == nil {
		// Nobody but the signer vouches for it, and SLSA wants a parameter.
		external = filled(map[string]string{"environment": string(b.Platform), "source": b.Source, "ref": b.Ref})
	}
	definition := map[string]any{"buildType": b.Type, "externalParameters": external}
	if len(b.internal) > 0 {
		definition["internalParameters"] = b.internal
	}
	if b.Source != "" && b.Commit != "" {
		uri := "git+" + strings.TrimPrefix(b.Source, "git+")
		if b.Ref != "" {
			uri += "@" + b.Ref
		}
		definition["resolvedDependencies"] = []any{map[string]any{"uri": uri, "digest": map[string]string{"gitCommit": b.Commit}}}
	}
	metadata := filled(map[string]string{"invocationId": b.Invocation, "startedOn": stamp(started), "finishedOn": stamp(finished)})
	details := map[string]any{"builder": map[string]string{"id": b.Builder}}
	if len(metadata) > 0 {
		details["metadata"] = metadata
	}
	return map[string]any{"buildDefinition": definition, "runDetails": details}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Truncate(time.Second).Format(time.RFC3339)
}

// filled leaves out what is empty.
func filled(values map[string]string) map[string]any {
	out := map[string]any{}
	for name, value := range values {
		if value != "" {
			out[name] = value
		}
	}
	return out
}
