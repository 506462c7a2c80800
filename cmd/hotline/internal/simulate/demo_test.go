package simulate

import (
	"net"
	"strings"
	"testing"
)

func TestDemoTakesAFreePort(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	var out strings.Builder
	listener, err := listenDemo(&out, DemoOptions{Listen: taken.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if listener.Addr().String() == taken.Addr().String() ||
		!strings.Contains(out.String(), "is in use; taking a free one") {
		t.Errorf("it listens on %s and says %q", listener.Addr(), out.String())
	}
}
