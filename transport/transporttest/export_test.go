package transporttest

import "time"

// SetPatience changes how long the suite waits for what has to come at once.
func SetPatience(d time.Duration) { patience = d }
