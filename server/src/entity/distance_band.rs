//! How far outside a fence a position was, as it is kept when the position is not. Not a table of its own.

use sea_orm::{DeriveActiveEnum, EnumIter};

/// Seen from the edge of the fence, whatever the accuracy of the position was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum DistanceBand {
    #[sea_orm(string_value = "INSIDE")]
    Inside,
    #[sea_orm(string_value = "WITHIN_50_M")]
    Within50M,
    #[sea_orm(string_value = "WITHIN_200_M")]
    Within200M,
    #[sea_orm(string_value = "WITHIN_1_KM")]
    Within1Km,
    #[sea_orm(string_value = "FARTHER")]
    Farther,
    /// There was a position, and nobody held it against a fence.
    #[sea_orm(string_value = "UNKNOWN")]
    Unknown,
}
