//! What a check-in sent, read. Nothing of it is believed yet.

use chrono::{DateTime, Utc};
use rollcall_proto::v1::CheckInRequest;
use uuid::Uuid;

use super::{convert as convert_record, factor::geofence::Reported};
use crate::{
    code::ScannedCode, convert, device::Claim, fingerprint::Scan, geofence::Position, origin::Origin,
    principal::Principal, problem::Problem,
};

/// A request without what is wrong in any case.
pub struct Sent {
    pub check_in_id: Uuid,
    pub session_id: Option<Uuid>,
    /// All that was scanned, with white space between.
    pub code_text: Option<String>,
    /// What of it are codes.
    pub codes: Vec<ScannedCode>,
    /// Six digits.
    pub otp: Option<String>,
    pub position: Option<Reported>,
    /// None where none was sent.
    pub scan: Option<Scan>,
    pub device: Claim,
    pub origin: Origin,
}

impl Sent {
    /// `now` is none where the check-in may have been signed at any time.
    pub fn read(
        principal: &Principal,
        request: CheckInRequest,
        origin: Origin,
        now: Option<DateTime<Utc>>,
    ) -> Result<Self, Problem> {
        let device = convert_record::claim(request.device.unwrap_or_default(), principal.id, &request.qr_code, now)?;
        let texts: Vec<String> =
            std::iter::once(request.qr_code).chain(request.codes).filter(|text| !text.is_empty()).collect();
        Ok(Self {
            check_in_id: convert::id("check_in_id", &request.check_in_id)?,
            session_id: convert::optional_id("session_id", request.session_id.as_deref())?,
            codes: texts.iter().filter_map(|text| ScannedCode::parse(text)).collect(),
            code_text: (!texts.is_empty()).then(|| texts.join(" ")),
            otp: (!request.otp.is_empty()).then_some(request.otp),
            position: request.position.map(|position| Reported {
                position: Position {
                    latitude: position.latitude.unwrap_or_default(),
                    longitude: position.longitude.unwrap_or_default(),
                    accuracy_meters: position.accuracy_meters,
                },
                is_mocked: position.mocked,
            }),
            scan: Scan::read(&request.access_points)?,
            device,
            origin,
        })
    }

    /// The session that is named, or that the code names.
    pub fn names_session(&self) -> Option<Uuid> {
        self.session_id.or_else(|| self.codes.first().map(|code| code.session_id))
    }
}
