package httpclient_test

import (
	"testing"

	"github.com/mcpwire/mcpwire/internal/leaks"
)

func TestMain(m *testing.M) { leaks.Main(m) }
