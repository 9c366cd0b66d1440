//! What a disassembler reads in what the assembler writes.

use super::assembler::*;
use crate::kernels::fused::block::{Comparison, Rounding};
use crate::kernels::fused::float::Float::{Double, Single};
use iced_x86::{Decoder, DecoderOptions, Formatter, Instruction, NasmFormatter};

/// The instructions as text.
fn read(code: &[u8]) -> Vec<String> {
    let mut decoder = Decoder::with_ip(64, code, 0, DecoderOptions::NONE);
    let mut formatter = NasmFormatter::new();
    let mut instruction = Instruction::default();
    let mut lines = Vec::new();
    while decoder.can_decode() {
        decoder.decode_out(&mut instruction);
        let mut line = String::new();
        formatter.format(&instruction, &mut line);
        lines.push(line);
        if instruction.mnemonic() == iced_x86::Mnemonic::Ret {
            break;
        }
    }
    lines
}

/// Asserts that what a function writes reads as some lines.
#[track_caller]
fn reads(write: impl FnOnce(&mut Assembler), expected: &[&str]) {
    let mut code = Assembler::default();
    write(&mut code);
    code.ret();
    let mut found = read(&code.finish());
    assert_eq!(found.pop().as_deref(), Some("ret"));
    assert_eq!(found, expected);
}

const V: fn(u8) -> Vector = Vector;

#[test]
fn arithmetic_in_all_widths() {
    use Arithmetic::*;
    reads(
        |code| {
            code.arithmetic(Add, Double, Width::All, V(1), V(2), V(3));
            code.arithmetic(Subtract, Single, Width::All, V(9), V(10), V(11));
            code.arithmetic(Multiply, Double, Width::One, V(1), V(12), V(3));
            code.arithmetic(Divide, Single, Width::One, V(15), V(0), V(8));
            code.sqrt(Double, Width::All, V(8), V(9));
            code.sqrt(Single, Width::One, V(3), V(14));
            code.round(Rounding::Down, Double, Width::All, V(3), V(4));
            code.round(Rounding::Up, Single, Width::One, V(3), V(13));
            code.round(Rounding::Even, Double, Width::One, V(1), V(2));
            code.round(Rounding::ToZero, Single, Width::All, V(9), V(1));
        },
        &[
            "vaddpd ymm1,ymm2,ymm3",
            "vsubps ymm9,ymm10,ymm11",
            "vmulsd xmm1,xmm12,xmm3",
            "vdivss xmm15,xmm0,xmm8",
            "vsqrtpd ymm8,ymm9",
            "vsqrtss xmm3,xmm14,xmm14",
            "vroundpd ymm3,ymm4,9",
            "vroundss xmm3,xmm13,xmm13,0Ah",
            "vroundsd xmm1,xmm2,xmm2,8",
            "vroundps ymm9,ymm1,0Bh",
        ],
    );
}

#[test]
fn bits_and_choices() {
    reads(
        |code| {
            code.logic(Logic::And, Double, V(1), V(2), V(3));
            code.logic(Logic::Or, Single, V(9), V(10), V(11));
            code.logic(Logic::Xor, Double, V(15), V(15), V(15));
            code.compare(Comparison::Less, Double, Width::All, V(1), V(2), V(13));
            code.compare(Comparison::Unordered, Single, Width::One, V(1), V(2), V(3));
            code.choose(Double, V(1), V(12), V(3), V(4));
            code.choose(Single, V(9), V(2), V(13), V(14));
        },
        &[
            "vandpd ymm1,ymm2,ymm3",
            "vorps ymm9,ymm10,ymm11",
            "vxorpd ymm15,ymm15,ymm15",
            "vcmplt_oqpd ymm1,ymm2,ymm13",
            "vcmpunordss xmm1,xmm2,xmm3",
            "vblendvpd ymm1,ymm4,ymm3,ymm12",
            "vblendvps ymm9,ymm14,ymm13,ymm2",
        ],
    );
}

#[test]
fn elements_at_every_base() {
    for (base, name) in [
        (General::RBX, "rbx"),
        (General::RBP, "rbp"),
        (General::R8, "r8"),
        (General::R12, "r12"),
        (General::R13, "r13"),
        (General::R15, "r15"),
    ] {
        let index = General::RCX;
        let element = |size| Place::Element { base, index, size, offset: 0 };
        let behind = |offset| Place::Element { base, index, size: 8, offset };
        reads(
            |code| {
                code.load(Double, Width::All, V(1), element(8));
                code.load(Single, Width::One, V(12), element(4));
                code.store(Single, Width::All, element(4), V(9));
                code.store(Double, Width::One, element(8), V(3));
                code.load(Double, Width::All, V(2), behind(96));
                code.load(Double, Width::All, V(10), behind(224));
                code.broadcast(Double, V(3), Place::Behind { base, offset: 0 });
                code.broadcast(Single, V(11), Place::Behind { base, offset: 64 });
            },
            &[
                &format!("vmovupd ymm1,[{name}+rcx*8]"),
                &format!("vmovss xmm12,[{name}+rcx*4]"),
                &format!("vmovups [{name}+rcx*4],ymm9"),
                &format!("vmovsd [{name}+rcx*8],xmm3"),
                &format!("vmovupd ymm2,[{name}+rcx*8+60h]"),
                &format!("vmovupd ymm10,[{name}+rcx*8+0E0h]"),
                &format!("vbroadcastsd ymm3,[{name}]"),
                &format!("vbroadcastss ymm11,[{name}+40h]"),
            ],
        );
    }
}

#[test]
fn truth_values() {
    let place = Place::Element { base: General::R13, index: General::RCX, size: 1, offset: 0 };
    reads(
        |code| {
            code.load_truths(Double, Width::All, V(9), place, V(15));
            code.load_truths(Single, Width::All, V(1), place, V(15));
            code.load_truths(Double, Width::One, V(9), place, V(15));
            code.store_truths(Double, Width::All, place, V(9), V(15));
            code.store_truths(Single, Width::All, place, V(2), V(15));
            code.store_truths(Single, Width::One, place, V(12), V(15));
        },
        &[
            "vpmovzxbq ymm9,[r13+rcx]",
            "vxorpd ymm15,ymm15,ymm15",
            "vpcmpgtq ymm9,ymm9,ymm15",
            "vpmovzxbd ymm1,[r13+rcx]",
            "vxorps ymm15,ymm15,ymm15",
            "vpcmpgtd ymm1,ymm1,ymm15",
            "movzx eax,byte [r13+rcx]",
            "neg eax",
            "sbb rax,rax",
            "vmovq xmm9,rax",
            "vextractf128 xmm15,ymm9,1",
            "vshufps xmm15,xmm9,xmm15,88h",
            "vpackssdw xmm15,xmm15,xmm15",
            "vpacksswb xmm15,xmm15,xmm15",
            "vpabsb xmm15,xmm15",
            "vmovd [r13+rcx],xmm15",
            "vextractf128 xmm15,ymm2,1",
            "vpackssdw xmm15,xmm2,xmm15",
            "vpacksswb xmm15,xmm15,xmm15",
            "vpabsb xmm15,xmm15",
            "vmovq [r13+rcx],xmm15",
            "vmovd eax,xmm12",
            "and eax,1",
            "mov [r13+rcx],al",
        ],
    );
}

#[test]
fn packed_truth_values() {
    let place =
        |offset| Place::Element { base: General::R13, index: General::RCX, size: 1, offset };
    let four = [V(11), V(12), V(13), V(14)];
    reads(
        |code| {
            code.copy_vector(V(12), V(3));
            code.store_packed_truths(Double, place, four, V(15));
            code.store_packed_truths(Single, place, four, V(15));
        },
        &[
            "vmovaps ymm12,ymm3",
            "vpackssdw ymm11,ymm11,ymm12",
            "vpackssdw ymm13,ymm13,ymm14",
            "vpacksswb ymm11,ymm11,ymm13",
            "vpsrlw ymm11,ymm11,0Fh",
            "vpackuswb ymm11,ymm11,ymm11",
            "vextractf128 xmm15,ymm11,1",
            "vpunpcklwd xmm11,xmm11,xmm15",
            "vmovups [r13+rcx],xmm11",
            "vpackssdw ymm11,ymm11,ymm12",
            "vpackssdw ymm13,ymm13,ymm14",
            "vpacksswb ymm11,ymm11,ymm13",
            "vpabsb ymm11,ymm11",
            "vextractf128 xmm15,ymm11,1",
            "vpunpckldq xmm12,xmm11,xmm15",
            "vpunpckhdq xmm11,xmm11,xmm15",
            "vmovups [r13+rcx],xmm12",
            "vmovups [r13+rcx+10h],xmm11",
        ],
    );
}

#[test]
fn control_and_addresses() {
    reads(
        |code| {
            code.push(General::RBX);
            code.push(General::R12);
            code.add(General::RSP, -64);
            code.load_address(General::R14, Place::Behind { base: General::RDI, offset: 16 });
            code.load(Double, Width::All, V(2), Place::Behind { base: General::RSP, offset: 32 });
            code.copy(General::RDX, General::RSI);
            code.and(General::RDX, -4);
            code.clear(General::RCX);
            code.compare_numbers(General::RCX, General::RDX);
            let none = code.jump_ahead(Condition::AboveOrEqual);
            let again = code.label();
            code.zero_upper();
            code.jump_back(Condition::Below, again);
            code.land(none);
            code.pop(General::R12);
            code.pop(General::RBX);
        },
        &[
            "push rbx",
            "push r12",
            "add rsp,0FFFFFFFFFFFFFFC0h",
            "mov r14,[rdi+10h]",
            "vmovupd ymm2,[rsp+20h]",
            "mov rdx,rsi",
            "and rdx,0FFFFFFFFFFFFFFFCh",
            "xor ecx,ecx",
            "cmp rcx,rdx",
            "jae near 0000000000000039h",
            "vzeroupper",
            "jb near 0000000000000030h",
            "pop r12",
            "pop rbx",
        ],
    );
}

#[test]
fn constants_lie_behind_the_code_once() {
    let mut code = Assembler::default();
    let place = code.literal(0x3ff0_0000_0000_0000);
    code.broadcast(Double, V(14), place);
    let other = code.literal(7);
    code.broadcast(Single, V(3), other);
    let place = code.literal(0x3ff0_0000_0000_0000);
    code.broadcast(Double, V(1), place);
    code.ret();
    let bytes = code.finish();
    assert_eq!(bytes[bytes.len() - 16..bytes.len() - 8], 1f64.to_le_bytes());
    assert_eq!(bytes[bytes.len() - 8..], 7u64.to_le_bytes());
    let start = bytes.len() - 16;
    assert_eq!(
        read(&bytes)[..3],
        [
            format!("vbroadcastsd ymm14,[rel {start:X}h]"),
            format!("vbroadcastss ymm3,[rel {:X}h]", start + 8),
            format!("vbroadcastsd ymm1,[rel {start:X}h]"),
        ]
    );
}
