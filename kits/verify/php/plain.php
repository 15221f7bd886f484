<?php
// $headers: names in lower case. $body: file_get_contents('php://input').
function genuine(string $secret, array $headers, string $body): bool
{
    $expected = 'sha256=' . hash_hmac('sha256', $body, $secret);
    foreach (['x-claimport-signature', 'x-claimport-signature-next'] as $name) {
        if (hash_equals($expected, $headers[$name] ?? '')) return true;
    }
    return false;
}
