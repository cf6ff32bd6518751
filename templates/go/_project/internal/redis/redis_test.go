package redis_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"example.com/acme-server/internal/redis"
	"example.com/acme-server/internal/secret"
)

func start(t *testing.T) (*redis.Store, *miniredis.Miniredis) {
	t.Helper()
	server := miniredis.RunT(t)
	store, err := redis.New(redis.Config{URL: secret.Secret("redis://" + server.Addr()), Prefix: "p:", Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store, server
}

func TestStore(t *testing.T) {
	store, server := start(t)
	get := func(want string) (version string) {
		t.Helper()
		value, version, err := store.Get(t.Context(), "k")
		if err != nil || string(value) != want {
			t.Errorf("Get = %q, %v; want %q", value, err, want)
		}
		return version
	}
	set := func(version, value string) {
		t.Helper()
		if err := store.Set(t.Context(), "k", version, []byte(value), time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	version := get("")
	set(version, "one\ntwo")
	get("one\ntwo")

	if err := store.Clear(t.Context()); err != nil {
		t.Fatal(err)
	}
	get("")
	set(version, "late") // worked out before the Clear
	set(get(""), "new")
	get("new")

	server.FastForward(time.Minute)
	get("")
	if err := store.Ping(t.Context()); err != nil {
		t.Errorf("Ping: %v", err)
	}
}

func TestOutage(t *testing.T) {
	store, server := start(t)
	server.Close()
	if _, _, err := store.Get(t.Context(), "k"); err == nil || errors.Is(err, redis.ErrResting) {
		t.Errorf("first call: %v, want what went wrong", err)
	}
	if err := store.Clear(t.Context()); !errors.Is(err, redis.ErrResting) {
		t.Errorf("next call: %v, want none to be made", err)
	}
	if store.Ping(t.Context()) == nil {
		t.Error("Ping found a server that is down")
	}
}

func TestConfig(t *testing.T) {
	if store, err := redis.New(redis.Config{}); store != nil || err != nil {
		t.Errorf("no URL: %v, %v", store, err)
	}
	err := redis.Config{URL: "http://user:hunter2@x"}.Validate()
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("bad URL: %v, want an error without the password", err)
	}
}
