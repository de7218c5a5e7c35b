with

contacts as (

    select * from {{ ref('stg_hubspot__contacts') }}

),

listed as (

    select
        contact_id,
        {{ unnest_split('merged_contact_ids', ';') }} as merged_contact_id
    from contacts
    where merged_contact_ids is not null

),

merged as (

    select distinct
        contact_id,
        trim(merged_contact_id) as merged_contact_id
    from listed
    where trim(merged_contact_id) not in ('', contact_id)

)

select * from merged
