//! Errors of the system that are our own trouble, told from those that a receiver causes. What fails on our side
//! counts against nobody (contract section 6, promise 3).

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use claimwire_wire::send::SendErrorKind;

/// What is out on this side, whatever was being done: descriptors, memory. None: something else.
pub(crate) fn of_ours(error: &io::Error) -> Option<SendErrorKind> {
    match error.raw_os_error()? {
        libc::EMFILE | libc::ENFILE => Some(SendErrorKind::LocalDescriptors),
        libc::ENOMEM | libc::ENOBUFS => Some(SendErrorKind::LocalMemory),
        libc::ENETDOWN => Some(SendErrorKind::LocalNetwork),
        _ => None,
    }
}

/// What a socket more would lack, for those who only learn that there is none.
pub(crate) fn of_a_socket_more() -> Option<SendErrorKind> {
    let opened = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0));
    opened.err().and_then(|error| of_ours(&error))
}

/// Why a socket could not be bound to the address that it is to leave from.
pub(crate) fn of_binding(error: &io::Error) -> SendErrorKind {
    of_ours(error).unwrap_or(match error.raw_os_error() {
        Some(libc::EADDRINUSE) => SendErrorKind::LocalPorts,
        Some(libc::EADDRNOTAVAIL) => SendErrorKind::LocalNetwork,
        _ => SendErrorKind::Connect,
    })
}

/// Why a socket could not be connected to `address`. None: there is no way from here to addresses of its family,
/// though there is to those of the other. That is no trouble while another address can be reached, and if there is
/// none it is for the receiver and the operator to settle: it does not pass.
pub(crate) fn of_connecting(
    error: &io::Error,
    address: IpAddr,
    routes: impl Fn(IpAddr) -> bool,
) -> Option<SendErrorKind> {
    let has_family = || match address {
        IpAddr::V4(_) => routes(SOMEWHERE_V4),
        IpAddr::V6(_) => routes(SOMEWHERE_V6),
    };
    let has_any = || routes(SOMEWHERE_V4) || routes(SOMEWHERE_V6);
    of_ours(error).or(match error.raw_os_error() {
        Some(libc::EADDRINUSE) => Some(SendErrorKind::LocalPorts),
        Some(libc::EADDRNOTAVAIL) if has_family() => Some(SendErrorKind::LocalPorts),
        Some(libc::ENETUNREACH) if has_family() => Some(SendErrorKind::Connect),
        Some(libc::EADDRNOTAVAIL | libc::ENETUNREACH) if has_any() => None,
        Some(libc::EADDRNOTAVAIL | libc::ENETUNREACH) => Some(SendErrorKind::LocalNetwork),
        Some(libc::EAFNOSUPPORT) => None,
        _ => Some(SendErrorKind::Connect),
    })
}

/// Addresses of nobody (RFC 5737, RFC 3849), to which only a default route leads.
const SOMEWHERE_V4: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1));
const SOMEWHERE_V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));

/// Whether the system knows a way to the address. Nothing is sent.
pub(crate) fn routes(to: IpAddr) -> bool {
    let from: SocketAddr = match to {
        IpAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        IpAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    UdpSocket::bind(from).is_ok_and(|socket| socket.connect((to, 9)).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: i32) -> io::Error {
        io::Error::from_raw_os_error(code)
    }

    #[test]
    fn what_is_out_on_this_side_is_ours_whatever_was_being_done() {
        let to = IpAddr::from([192, 0, 2, 1]);
        for (code, kind) in [
            (libc::EMFILE, SendErrorKind::LocalDescriptors),
            (libc::ENFILE, SendErrorKind::LocalDescriptors),
            (libc::ENOMEM, SendErrorKind::LocalMemory),
            (libc::ENOBUFS, SendErrorKind::LocalMemory),
            (libc::ENETDOWN, SendErrorKind::LocalNetwork),
        ] {
            assert_eq!(of_ours(&error(code)), Some(kind));
            assert_eq!(of_binding(&error(code)), kind);
            assert_eq!(of_connecting(&error(code), to, |_| true), Some(kind));
            assert!(kind.is_ours());
        }
        assert_eq!(of_ours(&error(libc::ECONNREFUSED)), None);
        assert_eq!(of_ours(&io::Error::other("no code")), None);
    }

    #[test]
    fn a_missing_route_or_address_is_ours_only_when_nothing_else_explains_it() {
        use SendErrorKind::{Connect, LocalNetwork, LocalPorts};
        let (v4, v6) = (
            IpAddr::from([192, 0, 2, 1]),
            IpAddr::V6(Ipv6Addr::LOCALHOST),
        );
        fn none(_: IpAddr) -> bool {
            false
        }
        fn only_v4(to: IpAddr) -> bool {
            to.is_ipv4()
        }
        fn both(_: IpAddr) -> bool {
            true
        }
        type Row = (i32, IpAddr, fn(IpAddr) -> bool, Option<SendErrorKind>);
        let rows: [Row; 14] = [
            (libc::ENETUNREACH, v4, none, Some(LocalNetwork)),
            (libc::ENETUNREACH, v6, none, Some(LocalNetwork)),
            (libc::ENETUNREACH, v6, only_v4, None),
            (libc::ENETUNREACH, v4, both, Some(Connect)),
            (libc::EADDRNOTAVAIL, v4, only_v4, Some(LocalPorts)),
            (libc::EADDRNOTAVAIL, v6, only_v4, None),
            (libc::EADDRNOTAVAIL, v6, both, Some(LocalPorts)),
            (libc::EADDRNOTAVAIL, v4, none, Some(LocalNetwork)),
            (libc::EADDRINUSE, v4, both, Some(LocalPorts)),
            (libc::EAFNOSUPPORT, v6, only_v4, None),
            (libc::ECONNREFUSED, v4, none, Some(Connect)),
            (libc::EHOSTUNREACH, v4, none, Some(Connect)),
            (libc::ETIMEDOUT, v4, none, Some(Connect)),
            (libc::EPERM, v4, none, Some(Connect)),
        ];
        for (code, to, routes, kind) in rows {
            assert_eq!(of_connecting(&error(code), to, routes), kind, "{code} {to}");
        }
    }

    #[test]
    fn a_source_address_that_is_not_here_is_the_network() {
        for (code, kind) in [
            (libc::EADDRNOTAVAIL, SendErrorKind::LocalNetwork),
            (libc::EADDRINUSE, SendErrorKind::LocalPorts),
            (libc::EINVAL, SendErrorKind::Connect),
        ] {
            assert_eq!(of_binding(&error(code)), kind);
        }
    }

    #[test]
    fn there_is_a_route_to_loopback() {
        assert!(routes(Ipv4Addr::LOCALHOST.into()));
    }
}
