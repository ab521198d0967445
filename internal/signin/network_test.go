package signin_test

import (
	"testing"

	"doorstep/internal/signin"
)

// TestWhatOfAnAddressOneSubscriberHas tells addresses of one subscriber from those of another; what is no address stays as it is.
func TestWhatOfAnAddressOneSubscriberHas(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8:1:2::7": "2001:db8:1:2::/64", "2001:db8:1:2:ffff::": "2001:db8:1:2::/64",
		"2001:db8:1:3::7": "2001:db8:1:3::/64", "fe80::1%eth0": "fe80::/64", "": "", "somewhere": "somewhere", "192.0.2.7:80": "192.0.2.7:80",
	} {
		if got := signin.Network(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}
