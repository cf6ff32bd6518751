package attest_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	provenance "github.com/in-toto/attestation/go/predicates/provenance/v1"
	testresult "github.com/in-toto/attestation/go/predicates/test_result/v0"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

var jobs = map[string]map[string]string{
	"github": {
		"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/echo",
		"GITHUB_WORKFLOW_REF": "acme/echo/.github/workflows/release.yml@refs/tags/v1.2.0", "GITHUB_REF": "refs/tags/v1.2.0",
		"GITHUB_SHA": hash[:40], "GITHUB_RUN_ID": "15", "GITHUB_RUN_ATTEMPT": "2", "RUNNER_ENVIRONMENT": "github-hosted",
		"GITHUB_EVENT_NAME": "push", "GITHUB_REPOSITORY_ID": "1", "GITHUB_REPOSITORY_OWNER_ID": "2", "GITHUB_TOKEN": "secret",
	},
	"gitlab": {
		"GITLAB_CI": "true", "CI_PROJECT_URL": "https://gitlab.com/acme/tools/echo", "CI_RUNNER_ID": "7", "CI_COMMIT_SHA": hash[:40],
		"CI_COMMIT_REF_NAME": "v1.2.0", "CI_COMMIT_TAG": "v1.2.0", "CI_JOB_URL": "https://gitlab.com/acme/tools/echo/-/jobs/9",
		"CI_JOB_NAME": "release", "CI_JOB_ID": "9", "CI_PIPELINE_ID": "8", "CI_PIPELINE_SOURCE": "push", "CI_JOB_TOKEN": "secret",
	},
	"local": {"CI_PROJECT_URL": "https://gitlab.com/acme/echo", "GITHUB_SHA": "x", "TOKEN": "secret"},
}

func TestProvenance(t *testing.T) {
	for name, env := range jobs {
		t.Run(name, func(t *testing.T) {
			build := attest.BuildFromEnv(func(k string) string { return env[k] })
			if name == "local" {
				assert.Equal(t, attest.Local, build.Platform)
				assert.Empty(t, build.Commit, "variables that only look like a job's are not believed")
				build.Source, build.Commit = "https://git.acme.example/echo", hash[:40]
			}
			b, err := attest.New(subjects(t)[:1], attest.TypeProvenance, build.Provenance(time.Unix(1_800_000_000, 5), time.Unix(1_800_000_060, 0)))
			require.NoError(t, err)
			assert.NotContains(t, string(b), "secret")
			golden(t, name+".provenance.json", append(b, '\n'))

			s, err := attest.Parse(b)
			require.NoError(t, err)
			var theirs provenance.Provenance
			require.NoError(t, protojson.Unmarshal(s.Predicate, &theirs))
			require.NoError(t, theirs.Validate())
			assert.Equal(t, hash[:40], theirs.GetBuildDefinition().GetResolvedDependencies()[0].GetDigest()["gitCommit"])
			assert.EqualValues(t, 1_800_000_060, theirs.GetRunDetails().GetMetadata().GetFinishedOn().GetSeconds())
		})
	}
}

func TestProvenanceOfALocalBuildClaimsNothing(t *testing.T) {
	b, err := json.Marshal(attest.BuildFromEnv(func(string) string { return "" }).Provenance(time.Time{}, time.Time{}))
	require.NoError(t, err)
	assert.JSONEq(t, `{"buildDefinition": {"buildType": "https://github.com/mcpctl/mcpctl/local-build/v1", "externalParameters": {"environment": "local"}},
		"runDetails": {"builder": {"id": "https://github.com/mcpctl/mcpctl/local"}}}`, string(b))
}

func TestGitLabReferences(t *testing.T) {
	for want, env := range map[string]map[string]string{
		"refs/heads/main":            {"CI_COMMIT_REF_NAME": "main"},
		"refs/tags/v1":               {"CI_COMMIT_REF_NAME": "v1", "CI_COMMIT_TAG": "v1"},
		"refs/merge-requests/1/head": {"CI_COMMIT_REF_NAME": "f", "CI_MERGE_REQUEST_REF_PATH": "refs/merge-requests/1/head"},
	} {
		env["GITLAB_CI"] = "true"
		assert.Equal(t, want, attest.BuildFromEnv(func(k string) string { return env[k] }).Ref)
	}
}

func TestTestResult(t *testing.T) {
	report := string(read(t, "report.json"))
	for _, c := range []struct {
		name, old, new, result string
		passed                 bool
	}{
		{"all passed", `"skip"`, `"skip"`, "PASSED", true},
		{"one warns", `"verdict": "pass"`, `"verdict": "warn"`, "WARNED", true},
		{"one fails", `"verdict": "pass"`, `"verdict": "fail"`, "FAILED", false},
		{"the tester erred", `"verdict": "pass"`, `"verdict": "error"`, "FAILED", false},
		{"a fail that a baseline accepts", `"verdict": "pass"`, `"baseline": "known", "verdict": "fail"`, "FAILED", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			predicate, passed, err := attest.TestResult([]byte(strings.Replace(report, c.old, c.new, 1)))
			require.NoError(t, err)
			assert.Equal(t, c.passed, passed)
			b, err := attest.New(subjects(t)[:1], attest.TypeTestResult, predicate)
			require.NoError(t, err)
			if c.name == "all passed" {
				golden(t, "test-result.statement.json", append(b, '\n'))
			}
			s, err := attest.Parse(b)
			require.NoError(t, err)
			var theirs testresult.TestResult
			require.NoError(t, protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(s.Predicate, &theirs))
			assert.Equal(t, c.result, theirs.GetResult())
			require.NoError(t, theirs.GetConfiguration()[0].Validate())
			assert.Len(t, append(append(theirs.PassedTests, theirs.WarnedTests...), theirs.FailedTests...), 3)
		})
	}
}

func TestTestResultRefusesWhatProvesNothing(t *testing.T) {
	report := string(read(t, "report.json"))
	for name, text := range map[string]string{
		"no JSON":        "x",
		"another shape":  strings.Replace(report, "mcpctl.report/v1", "mcpctl.diff/v1", 1),
		"interrupted":    strings.Replace(report, `"reach"`, `"interrupted": true, "reach"`, 1),
		"nothing judged": strings.ReplaceAll(report, `"verdict": "pass"`, `"verdict": "unproven"`),
		"a schema twice": strings.Replace(report, `"reach"`, `"schema": "mcpctl.report/v1", "reach"`, 1),
		"no findings":    `{"schema": "mcpctl.report/v1", "findings": []}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, passed, err := attest.TestResult([]byte(text))
			assert.False(t, passed)
			assert.Equal(t, "report-unreadable", refusal.Code(err))
		})
	}
}
