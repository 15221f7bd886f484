package receiver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Genuine tells whether we sent a request. body: the bytes as received.
func Genuine(secret string, headers http.Header, body []byte) bool {
	var at string
	var given [][]byte
	for _, part := range strings.Split(headers.Get("HEADER"), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			at = value
		case "v1":
			if mac, err := hex.DecodeString(value); err == nil {
				given = append(given, mac)
			}
		}
	}
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(at + "."))
	mac.Write(body)
	expected := mac.Sum(nil)
	for _, mac := range given {
		if hmac.Equal(mac, expected) {
			return true
		}
	}
	return false
}
