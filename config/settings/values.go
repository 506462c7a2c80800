package settings

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/hotline-ivr/hotline/config/problem"
)

func readListen(s *Settings, text string) error {
	_, port, err := net.SplitHostPort(text)
	if n, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || strconv.FormatUint(n, 10) != port {
		return fmt.Errorf("%q is no address; write host:port, for example 127.0.0.1:8080, or :8080 for every interface",
			problem.Short(text))
	}
	s.Listen = text
	return nil
}

func readPublicURL(s *Settings, text string) (err error) {
	s.PublicURL, err = readURL(text)
	return err
}

func readBaseURL(s *Settings, text string) (err error) {
	s.TwilioBaseURL, err = readURL(text)
	return err
}

// The forms of the provider's edges and regions. Which there are is not checked: there will be others.
var (
	edgeName   = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	regionName = regexp.MustCompile(`^[a-z]{2}[0-9]$`)
)

func readEdge(s *Settings, text string) error {
	if !edgeName.MatchString(text) {
		return fmt.Errorf("%q is not an edge location; write its name in small letters, for example tokyo or sao-paulo",
			problem.Short(text))
	}
	s.TwilioEdge = text
	return nil
}

func readRegionSetting(s *Settings, text string) error {
	if !regionName.MatchString(text) {
		return fmt.Errorf("%q is not a region; write two small letters and a digit, for example jp1",
			problem.Short(text))
	}
	s.TwilioRegion = text
	return nil
}

// readURL accepts an absolute https URL, and http to this machine itself. The slash at the end is taken off.
func readURL(text string) (string, error) {
	u, err := url.Parse(text)
	// The text is repeated only once it is known to hold no password.
	switch {
	case err != nil || u.Opaque != "" || u.Scheme == "" || u.Hostname() == "":
		return "", errors.New("is not an absolute URL; write for example https://ivr.example.com")
	case u.User != nil:
		return "", errors.New("holds a user name or a password; remove what stands before the @")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.Contains(text, "#"):
		return "", errors.New("holds a query or a fragment; remove everything from the ? or # on")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "", fmt.Errorf("%q is not encrypted; use https (http is for this machine itself, such as "+
			"http://127.0.0.1:8080)", problem.Short(text))
	case u.Scheme != "https" && u.Scheme != "http":
		return "", fmt.Errorf("%q is neither https nor http; write for example https://ivr.example.com",
			problem.Short(text))
	}
	u.Host = strings.ToLower(u.Host)
	return strings.TrimRight(u.String(), "/"), nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

func readStore(s *Settings, text string) error {
	scheme, rest, _ := strings.Cut(text, ":")
	if scheme == "postgres" || scheme == "postgresql" {
		if u, err := url.Parse(text); err != nil || strings.Trim(u.Path, "/") == "" {
			return errors.New("is not the URL of a PostgreSQL database; write " +
				"postgres://user:password@host:5432/database")
		}
		s.Store = Secret{text}
		return nil
	}
	switch {
	case scheme != "sqlite":
		return errors.New("names no known kind of database; write sqlite: and a path, for example " +
			"sqlite:/var/lib/hotline/hotline.db, or postgres://user:password@host:5432/database")
	case rest == "" || strings.HasPrefix(rest, "//") || strings.ContainsAny(rest, "?#\x00"):
		return errors.New("has no plain path after sqlite:; write for example sqlite:/var/lib/hotline/hotline.db")
	case rest == ":memory:":
		return errors.New("would forget every callback at the next start; give a path, for example sqlite:hotline.db")
	}
	s.Store = Secret{text}
	return nil
}

func readStateKeys(s *Settings, text string) error {
	parts := strings.Split(text, ",")
	seen := map[string]bool{}
	for i, part := range parts {
		key, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSpace(part))
		switch {
		case err != nil:
			return fmt.Errorf("key %d of %d is not base64; make one with: openssl rand -base64 32", i+1, len(parts))
		case len(key) != 32:
			return fmt.Errorf("key %d of %d has %d bytes, not 32; make one with: openssl rand -base64 32",
				i+1, len(parts), len(key))
		case seen[string(key)]:
			return fmt.Errorf("key %d of %d is there twice; remove one", i+1, len(parts))
		}
		seen[string(key)] = true
		s.StateKeys = append(s.StateKeys, Secret{string(key)})
	}
	return nil
}

var accountSID = regexp.MustCompile(`^AC[0-9A-Za-z]{32}$`)

func readAccountSID(s *Settings, text string) error {
	if !accountSID.MatchString(text) {
		return errors.New("is no account SID; copy it from the provider's console: AC and 32 letters or digits")
	}
	s.TwilioAccountSID = text
	return nil
}

// authToken: the provider's client refuses anything but letters and digits before it sends a request.
var authToken = regexp.MustCompile(`^[0-9A-Za-z]+$`)

func readAuthTokens(s *Settings, text string) error {
	parts := strings.Split(text, ",")
	if len(parts) > 2 {
		return fmt.Errorf("holds %d tokens; give one, or two separated by a comma during a rotation", len(parts))
	}
	for i, part := range parts {
		part = strings.TrimSpace(part)
		if !authToken.MatchString(part) {
			return fmt.Errorf("token %d of %d is empty or holds something else than letters and digits; copy it from "+
				"the provider's console", i+1, len(parts))
		}
		s.TwilioAuthTokens = append(s.TwilioAuthTokens, Secret{part})
	}
	return nil
}
