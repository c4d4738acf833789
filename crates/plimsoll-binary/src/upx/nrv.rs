//! NRV, the compression that UPX brought along: bytes as they are, and copies of what came before,
//! told by single bits. The three kinds differ in how they write distances and lengths.
//!
//! <https://www.oberhumer.com/opensource/ucl/>

/// Which of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    B,
    D,
    E,
}

/// In how large pieces the bits come, lowest byte first.
#[derive(Debug, Clone, Copy)]
pub(super) enum Width {
    Four = 4,
    One = 1,
    Two = 2,
}

impl Width {
    /// In UPX's own numbering.
    pub(super) fn of(index: u8) -> Width {
        match index {
            0 => Width::Four,
            1 => Width::One,
            _ => Width::Two,
        }
    }
}

/// Distances behind which a copy is one byte longer.
const FAR_B: u32 = 0xd00;
const FAR: u32 = 0x500;

struct Bits<'a> {
    rest: &'a [u8],
    width: usize,
    bits: u32,
    left: u32,
}

impl Bits<'_> {
    fn bit(&mut self) -> Option<u32> {
        if self.left == 0 {
            let (piece, rest) = self.rest.split_at_checked(self.width)?;
            self.bits = piece.iter().rev().fold(0, |bits, &byte| bits << 8 | u32::from(byte));
            self.left = self.width as u32 * 8;
            self.rest = rest;
        }
        self.left -= 1;
        Some(self.bits >> self.left & 1)
    }

    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(byte)
    }

    /// A number whose bits each are followed by whether it ends.
    fn number(&mut self) -> Option<u32> {
        let mut number = 1_u32;
        loop {
            number = number.checked_mul(2)? | self.bit()?;
            if self.bit()? == 1 {
                return Some(number);
            }
        }
    }

    /// The same with a shorter code in between.
    fn folded_number(&mut self) -> Option<u32> {
        let mut number = 1_u32;
        loop {
            number = number.checked_mul(2)? | self.bit()?;
            if self.bit()? == 1 {
                return Some(number);
            }
            number = (number - 1).checked_mul(2)?.checked_add(self.bit()?)?;
        }
    }
}

/// Unpacks until the mark of the end, or nothing if that is not where it should be.
pub(super) fn unpack(
    packed: &[u8],
    kind: Kind,
    width: Width,
    to: &mut Vec<u8>,
    end: usize,
) -> Option<()> {
    let start = to.len();
    let mut bits = Bits { rest: packed, width: width as usize, bits: 0, left: 0 };
    let mut last = 1_u32;
    loop {
        while bits.bit()? == 1 {
            if to.len() >= end {
                return None;
            }
            to.push(bits.byte()?);
        }
        let code = match kind {
            Kind::B => bits.number()?,
            Kind::D | Kind::E => bits.folded_number()?,
        };
        let mut first = None;
        let distance = if code == 2 {
            last
        } else {
            // The end is 2^32 - 1, so what is above of it is cut off.
            let high = code.checked_sub(3)?.wrapping_mul(256);
            let whole = high | u32::from(bits.byte()?);
            if whole == u32::MAX {
                return (to.len() == end).then_some(());
            }
            last = match kind {
                Kind::B => whole,
                Kind::D | Kind::E => {
                    first = Some(!whole & 1);
                    whole >> 1
                }
            }
            .checked_add(1)?;
            last
        };
        let length = length(&mut bits, kind, first)?;
        let far = if kind == Kind::B { FAR_B } else { FAR };
        let length = length.checked_add(u32::from(distance > far) + 1)?;
        copy(to, start, end, distance as usize, length as usize)?;
    }
}

/// How long a copy is, less one; the first bit may have come with the distance.
fn length(bits: &mut Bits<'_>, kind: Kind, first: Option<u32>) -> Option<u32> {
    let first = match first {
        Some(first) => first,
        None => bits.bit()?,
    };
    match kind {
        Kind::B | Kind::D => match first << 1 | bits.bit()? {
            0 => bits.number()?.checked_add(2),
            short => Some(short),
        },
        Kind::E if first == 1 => Some(1 + bits.bit()?),
        Kind::E if bits.bit()? == 1 => Some(3 + bits.bit()?),
        Kind::E => bits.number()?.checked_add(3),
    }
}

fn copy(to: &mut Vec<u8>, start: usize, end: usize, distance: usize, length: usize) -> Option<()> {
    let from = to.len().checked_sub(distance).filter(|&from| from >= start)?;
    if to.len().checked_add(length)? > end {
        return None;
    }
    if distance >= length {
        to.extend_from_within(from..from + length);
    } else {
        // What is copied may be what is being written.
        for at in from..from + length {
            let byte = *to.get(at)?;
            to.push(byte);
        }
    }
    Some(())
}
