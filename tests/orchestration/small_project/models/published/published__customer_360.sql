{{ config(alias='customer_360') }}
select customer_id, count(*) as answers, timestamptz '2026-07-01 06:00:00+00' as data_as_of from {{ ref('fct_feedback') }} group by 1
