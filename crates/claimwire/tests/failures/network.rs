//! A network of its own for one process, with two cables: by one it is asked and sends, the other leads to its store.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::process::Command;

/// It goes with this.
pub struct Network {
    name: String,
    /// This machine, as it is seen from within, at the one cable and at the other.
    pub near: IpAddr,
    pub far: IpAddr,
}

impl Network {
    /// All addresses of such networks: for tests of networks, by RFC 2544.
    pub const ALL: &'static str = "198.18.0.0/15";

    /// Makes one, as root.
    pub fn new() -> io::Result<Self> {
        let process = std::process::id();
        let [high, low] = u16::try_from(process & 0x3fff)
            .unwrap_or_default()
            .to_be_bytes();
        let address = |cable: u8, end: u8| Ipv4Addr::new(198, 18 + cable, low, (high << 2) | end);
        let this = Self {
            name: format!("cw{process}"),
            near: address(0, 1).into(),
            far: address(1, 1).into(),
        };
        ip(&format!("netns add {}", this.name))?;
        for cable in [0, 1] {
            let (name, outer) = (&this.name, this.cable(cable));
            ip(&format!(
                "link add {outer} type veth peer name c{cable} netns {name}"
            ))?;
            ip(&format!("addr add {}/30 dev {outer}", address(cable, 1)))?;
            ip(&format!("link set {outer} up"))?;
            ip(&format!(
                "-n {name} addr add {}/30 dev c{cable}",
                address(cable, 2)
            ))?;
            ip(&format!("-n {name} link set c{cable} up"))?;
        }
        ip(&format!("-n {} link set lo up", this.name))?;
        Ok(this)
    }

    fn cable(&self, number: u8) -> String {
        format!("{}-{number}", self.name)
    }

    /// The command, within it; it listens there.
    pub fn within(&self, command: &Command) -> Command {
        let mut within = Command::new("ip");
        within.args(["netns", "exec", &self.name]);
        within.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => within.env(name, value),
                None => within.env_remove(name),
            };
        }
        let IpAddr::V4(near) = self.near else {
            unreachable!("it has addresses of version 4")
        };
        let [a, b, c, end] = near.octets();
        within.env("CLAIMWIRE_LISTEN", format!("{a}.{b}.{c}.{}:0", end + 1));
        within
    }

    /// Nothing gets through to the store, and nobody is told.
    pub fn cut(&self) {
        ip(&format!("link set {} down", self.cable(1))).unwrap();
    }

    pub fn mend(&self) {
        ip(&format!("link set {} up", self.cable(1))).unwrap();
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // The cables go with it.
        let _ = ip(&format!("netns del {}", self.name));
        for cable in [0, 1] {
            let _ = ip(&format!("link del {}", self.cable(cable)));
        }
    }
}

fn ip(arguments: &str) -> io::Result<()> {
    let output = Command::new("ip").args(arguments.split(' ')).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(io::Error::other(format!("ip {arguments}: {said}")))
}
