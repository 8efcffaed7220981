package transports

import "errors"

func sseServerRow(name, server string) row {
	return row{name, server, Legacy, func(s Scenario, o Options) (sample, error) { return driveConns(server, Legacy, s, o, dialSSE) }}
}

// sseServerRows begins with the floor, as serverRows does.
func sseServerRows() []row {
	floor := sseServerRow("raw net/http", sseFloor)
	return []row{
		floor,
		again(floor),
		sseServerRow("mcpwire", sseMCPwire),
		sseServerRow("mcpwire, no pooling", sseUnpooled),
		sseServerRow("go-sdk", sseGoSDK),
		sseServerRow("mcp-go", sseMCPGo),
	}
}

// dialSSE opens a stream, a session, and a connection for its requests.
func dialSSE(addr string, f frame, firstID int) (*httpConn, error) {
	c, err := newHTTPConn(addr)
	if err != nil {
		return nil, err
	}
	if c.answers, err = openStream(addr, getHead("/sse", addr, ""), lineBuffer, false); err != nil {
		return nil, errors.Join(err, c.conn.Close())
	}
	if err := c.follow(c.answers); err != nil {
		c.close()
		return nil, err
	}
	c.check.text, c.next = f.text, firstID
	c.prepare(bothTypes, "", f)
	return c, nil
}
