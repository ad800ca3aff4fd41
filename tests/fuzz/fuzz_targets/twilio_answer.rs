//! Twilio's answers: any bytes under any status, to a send or to a management call.
#![no_main]

use dakiya::{
    Channel as _, Provider as _, Step,
    twilio::{
        Twilio,
        manage::{CallQuery, Category, Feedback, MessageQuery, NewContent, RecordingQuery},
    },
};
use dakiya_fuzz::{Input, SECRET, batch, call, clock, phone, rcs, run, sms, whatsapp};
use libfuzzer_sys::fuzz_target;

const SID: &str = "AC00112233445566778899aabbccddeeff";
const MESSAGE: &str = "SM0f0e0d0c0b0a09080706050403020100";
const CALL: &str = "CA0f0e0d0c0b0a09080706050403020100";
const MEDIA: &str = "ME0f0e0d0c0b0a09080706050403020100";
const RECORDING: &str = "RE0f0e0d0c0b0a09080706050403020100";
const CONTENT: &str = "HX0f0e0d0c0b0a09080706050403020100";

fuzz_target!(|input: &[u8]| {
    let Some(input) = Input::read(input) else { return };
    let account = Twilio::builder(SID, SECRET)
        .messaging_service("MG00112233445566778899aabbccddeeff")
        .whatsapp_from("+14155550107")
        .voice_from(phone())
        .transport(input.transport())
        .clock(clock());
    let account = account.build().expect("an account");
    let (messages, calls) = (account.messages(), account.calls());
    let (content, recordings) = (account.content(), account.recordings());
    let new = NewContent::new("otp", "en").variable("1", "x").text("{{1}}");
    match input.call % 28 {
        0 => run(account.send(&sms())),
        1 => run(account.send(&whatsapp())),
        2 => run(account.send(&rcs())),
        3 => run(account.send(&call())),
        4 => batch(&account, &sms()),
        5 => batch(&account, &call()),
        6 => run(account.check()),
        7 => run(messages.get(MESSAGE)),
        8 => run(messages.list(&MessageQuery::new())),
        9 => run(messages.cancel(MESSAGE)),
        10 => run(messages.delete(MESSAGE)),
        11 => run(messages.media(MESSAGE)),
        12 => run(messages.media_file(MESSAGE, MEDIA)),
        13 => run(messages.feedback(MESSAGE, Feedback::Confirmed)),
        14 => run(calls.get(CALL)),
        15 => run(calls.list(&CallQuery::new())),
        16 => run(calls.hang_up(CALL)),
        17 => run(calls.go_on(CALL, &[Step::say("x")])),
        18 => run(calls.recordings(CALL, &RecordingQuery::new())),
        19 => run(content.create(&new)),
        20 => run(content.list(None)),
        21 => run(content.list_with_approvals(None)),
        22 => run(content.get(CONTENT)),
        23 => run(content.submit(CONTENT, "otp", Category::Authentication)),
        24 => run(content.approval(CONTENT)),
        25 => run(recordings.list(&RecordingQuery::new())),
        26 => run(recordings.get(RECORDING)),
        _ => run(account.details()),
    }
});
