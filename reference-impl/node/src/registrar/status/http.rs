//! The part of HTTP/1 that Prometheus needs: `GET /metrics` and `HEAD /metrics`, one request per connection. Other
//! requests are refused without reading on.

/// Most octets of a request's head.
const MAX_HEAD: usize = 8 * 1024;

/// The allowed requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Head,
}

/// Returns whether a head is complete, or longer than allowed.
pub(super) fn is_whole(octets: &[u8]) -> bool {
    let ends = |end: &[u8]| octets.windows(end.len()).any(|window| window == end);
    octets.len() > MAX_HEAD || ends(b"\r\n\r\n") || ends(b"\n\n")
}

/// Returns the method, or the response that refuses the request.
pub(super) fn judge(head: &[u8]) -> Result<Method, Vec<u8>> {
    if head.len() > MAX_HEAD {
        return Err(refusal("431 Request Header Fields Too Large", ""));
    }
    let line = head
        .split(|&octet| octet == b'\n')
        .next()
        .unwrap_or_default();
    let line = str::from_utf8(line).map_err(|_| refusal("400 Bad Request", ""))?;
    let mut words = line.trim_end_matches('\r').split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(refusal("400 Bad Request", ""));
    };
    if !is_whole(head) || !version.starts_with("HTTP/1.") {
        return Err(refusal("400 Bad Request", ""));
    }
    let method = match method {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        _ => return Err(refusal("405 Method Not Allowed", "Allow: GET, HEAD\r\n")),
    };
    match target.split('?').next() {
        Some("/metrics") => Ok(method),
        _ => Err(refusal("404 Not Found", "")),
    }
}

/// Returns the response with the metrics.
pub(super) fn found(method: Method, text: &str) -> Vec<u8> {
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    response("200 OK", "", kind, text, method)
}

/// Returns the response of a registrar that ends.
pub(super) fn unavailable(why: &str) -> Vec<u8> {
    let kind = "text/plain; charset=utf-8";
    response("503 Service Unavailable", "", kind, why, Method::Get)
}

fn refusal(status: &str, more: &str) -> Vec<u8> {
    let text = format!("{status}\nMetrics are at /metrics.\n");
    response(
        status,
        more,
        "text/plain; charset=utf-8",
        &text,
        Method::Get,
    )
}

fn response(status: &str, more: &str, kind: &str, text: &str, method: Method) -> Vec<u8> {
    let length = text.len();
    let mut octets = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{more}\
         Connection: close\r\n\r\n"
    )
    .into_bytes();
    match method {
        Method::Get => octets.extend_from_slice(text.as_bytes()),
        Method::Head => {}
    }
    octets
}
