require "openssl"

# headers: names in lower case. body: request.body.read, as received.
def genuine?(secret, headers, body)
  parts = (headers["HEADER"] || "").split(",").map { |part| part.strip.split("=", 2) }
  time = parts.assoc("t")&.last.to_s
  return false unless time.match?(/\A\d+\z/) && (Time.now.to_i - time.to_i).abs <= 300
  expected = OpenSSL::HMAC.hexdigest("SHA256", secret, "#{time}.".b + body.b)
  parts.any? { |name, value| name == "v1" && OpenSSL.secure_compare(value.to_s, expected) }
end
