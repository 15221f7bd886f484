require "openssl"
require "base64"

# headers: names in lower case. body: request.body.read, as received.
def genuine?(secret, headers, body)
  id, time = headers["webhook-id"].to_s, headers["webhook-timestamp"].to_s
  return false unless time.match?(/\A\d+\z/) && (Time.now.to_i - time.to_i).abs <= 300
  key = Base64.decode64(secret.delete_prefix("whsec_"))
  mac = OpenSSL::HMAC.digest("SHA256", key, "#{id}.#{time}.".b + body.b)
  expected = "v1," + Base64.strict_encode64(mac)
  headers["webhook-signature"].to_s.split(" ").any? { |entry| OpenSSL.secure_compare(entry, expected) }
end
