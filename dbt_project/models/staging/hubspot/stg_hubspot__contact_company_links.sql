{{ config(materialized='table') }}

with

associations as (

    select * from {{ ref('stg_hubspot__contact_companies') }}

),

listed as (

    select
        contact_id,
        {{ unnest_json('company_associations') }} as association
    from associations

),

links as (

    select
        contact_id,
        {{ json_text('association', 'toObjectId') }} as company_id,
        -- the vendor's own association type 1 marks the primary company
        coalesce(
            {{ json_part('association', 'associationTypes') }} like '%"HUBSPOT_DEFINED"%'
            and {{ matches(json_part('association', 'associationTypes'), '"typeId": *1[,}]') }},
            false
        ) as is_primary
    from listed
    where {{ json_text('association', 'toObjectId') }} is not null

)

select distinct * from links
