package receiver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
)

// Genuine tells whether we sent a request. body: the bytes as received.
func Genuine(secret string, headers http.Header, body []byte) bool {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	expected := []byte("sha256=" + hex.EncodeToString(mac.Sum(nil)))
	for _, name := range []string{"X-ClaimPort-Signature", "X-ClaimPort-Signature-Next"} {
		if hmac.Equal([]byte(headers.Get(name)), expected) {
			return true
		}
	}
	return false
}
