//! BulkService.

use std::sync::Arc;

use rollcall_proto::v1::{
    ExportRowsRequest, ImportMarksRequest, ImportMarksResponse, ImportRowsRequest, ImportRowsResponse, RowKind,
    bulk_service_server::BulkService,
};
use tonic::{
    Request, Response, Status,
    metadata::{Ascii, MetadataValue},
};

use super::{
    access_points::AccessPoints, divisions::Divisions, enrolments::Enrolments, export_rows::Bodies,
    import_rows::Options, locations::Locations, table::Table, timetables::Timetables, users::Users,
};
use crate::{
    clock::Clock,
    contract::Contract,
    identity::{Outbox, Revoker},
    import::Turns,
    keys::Keys,
    lease::Leases,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::Store,
};

/// What imports need to write.
#[derive(Clone)]
pub struct Importer {
    pub store: Store,
    pub revoker: Revoker,
    pub keys: Keys,
    pub outbox: Outbox,
    /// The radius of a location that is made without one.
    pub default_radius_meters: f64,
}

/// What imports and exports need.
#[derive(Clone)]
pub struct Service {
    pub importer: Importer,
    pub clock: Clock,
    pub contract: Arc<Contract>,
    pub leases: Leases,
    pub turns: Turns,
}

#[tonic::async_trait]
impl BulkService for Service {
    async fn import_rows(&self, request: Request<ImportRowsRequest>) -> Result<Response<ImportRowsResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let request = request.into_inner();
        let kind = request.kind();
        let options = Options { dry_run: request.dry_run, invite: request.invite };
        let file = request.file.unwrap_or_default();
        let answer = match kind {
            RowKind::Unspecified => Err(no_kind()),
            RowKind::Users => self.import_rows::<Users>(&principal, file, options, origin).await,
            RowKind::Divisions => self.import_rows::<Divisions>(&principal, file, options, origin).await,
            RowKind::Enrolments => self.import_rows::<Enrolments>(&principal, file, options, origin).await,
            RowKind::Locations => self.import_rows::<Locations>(&principal, file, options, origin).await,
            RowKind::AccessPoints => self.import_rows::<AccessPoints>(&principal, file, options, origin).await,
            RowKind::Timetables => self.import_rows::<Timetables>(&principal, file, options, origin).await,
        };
        Ok(Response::new(answer?))
    }

    async fn import_marks(
        &self,
        request: Request<ImportMarksRequest>,
    ) -> Result<Response<ImportMarksResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(self.import_marks(&principal, request.into_inner(), origin).await?))
    }

    type ExportRowsStream = Bodies;

    async fn export_rows(&self, request: Request<ExportRowsRequest>) -> Result<Response<Bodies>, Status> {
        match request.get_ref().kind() {
            RowKind::Unspecified => Err(no_kind().into()),
            RowKind::Users => self.respond::<Users>(&request).await,
            RowKind::Divisions => self.respond::<Divisions>(&request).await,
            RowKind::Enrolments => self.respond::<Enrolments>(&request).await,
            RowKind::Locations => self.respond::<Locations>(&request).await,
            RowKind::AccessPoints => self.respond::<AccessPoints>(&request).await,
            RowKind::Timetables => self.respond::<Timetables>(&request).await,
        }
    }
}

impl Service {
    async fn respond<T: Table>(&self, request: &Request<ExportRowsRequest>) -> Result<Response<Bodies>, Status> {
        let (principal, lease) = (Principal::of(request)?, self.leases.grant(request)?);
        let mut response = Response::new(self.export_rows::<T>(&principal, lease, Origin::of(request)).await?);
        // A browser saves it rather than showing it.
        let disposition = format!("attachment; filename=\"{}.csv\"", T::NAME);
        let disposition: MetadataValue<Ascii> = disposition.parse().map_err(Problem::internal)?;
        response.metadata_mut().insert("content-disposition", disposition);
        Ok(response)
    }
}

fn no_kind() -> Problem {
    Problem::invalid_field("kind", "is required")
}
