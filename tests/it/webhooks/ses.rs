//! Amazon SES over SNS.
