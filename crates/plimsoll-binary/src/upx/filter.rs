//! Before UPX compresses code, it writes the targets of calls and jumps as absolute addresses, which
//! repeat more often. Only what is asked for besides code needs to be right, but constants may stand
//! between.

/// Calls, jumps and conditional jumps of x86.
const JUMPS: &[u8] = &[0x36, 0x46, 0x49];
/// Calls and jumps only.
const CALLS: u8 = 0x26;

/// Undoes a filter in a block of code; those of other processors change code words only.
pub(super) fn undo(code: &mut [u8], filter: u8, mark: u8, offset: u32) {
    let with_conditions = JUMPS.contains(&filter);
    if !with_conditions && filter != CALLS {
        return;
    }
    let mut at = 0_usize;
    let mut after = 0;
    while let Some(&[opcode, first, second, third, fourth]) =
        code.get(at..at.saturating_add(5)).and_then(|bytes| <&[u8; 5]>::try_from(bytes).ok())
    {
        let before = at.checked_sub(1).and_then(|at| code.get(at)).copied();
        let is_call = matches!(opcode, 0xe8 | 0xe9);
        let is_condition =
            with_conditions && after != at && before == Some(0x0f) && matches!(opcode, 0x80..=0x8f);
        if (is_call || is_condition) && first == mark {
            // What follows was where the opcode's operand stands, from the beginning of the code.
            let marked = u32::from_be_bytes([0, second, third, fourth]);
            let target = marked.wrapping_sub(at as u32 + 1).wrapping_sub(offset);
            if let Some(place) = code.get_mut(at + 1..at + 5) {
                place.copy_from_slice(&target.to_le_bytes());
            }
            at += 5;
            after = at;
        } else {
            at += 1;
        }
    }
}
