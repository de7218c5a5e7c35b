{{ config(materialized='table') }}

with

associations as (

    select * from {{ ref('stg_hubspot__deal_contacts') }}

),

listed as (

    select
        deal_id,
        {{ unnest_json('contact_associations') }} as association
    from associations

),

links as (

    select
        deal_id,
        {{ json_text('association', 'toObjectId') }} as contact_id

    from listed
    where {{ json_text('association', 'toObjectId') }} is not null

)

select distinct * from links
