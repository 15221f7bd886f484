require "openssl"

# headers: names in lower case. body: request.body.read, as received.
def genuine?(secret, headers, body)
  expected = "sha256=" + OpenSSL::HMAC.hexdigest("SHA256", secret, body)
  names = ["x-claimport-signature", "x-claimport-signature-next"]
  names.any? { |name| OpenSSL.secure_compare(headers[name].to_s, expected) }
end
