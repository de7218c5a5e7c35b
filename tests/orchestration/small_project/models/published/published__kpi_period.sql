{{ config(alias='kpi_period') }}
select *, timestamptz '2026-07-01 06:00:00+00' as data_as_of from {{ ref('kpi_period') }}
