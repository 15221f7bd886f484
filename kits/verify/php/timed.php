<?php
// $headers: names in lower case. $body: file_get_contents('php://input').
function genuine(string $secret, array $headers, string $body): bool
{
    $time = '';
    $given = [];
    foreach (explode(',', $headers['HEADER'] ?? '') as $part) {
        [$name, $value] = explode('=', trim($part), 2) + [1 => ''];
        if ($name === 't') $time = $value;
        if ($name === 'v1') $given[] = $value;
    }
    if (!ctype_digit($time) || abs(time() - (int) $time) > 300) return false;
    $expected = hash_hmac('sha256', "$time.$body", $secret);
    foreach ($given as $value) {
        if (hash_equals($expected, $value)) return true;
    }
    return false;
}
