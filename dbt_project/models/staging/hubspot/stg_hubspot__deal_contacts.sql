with

associations as (

    select * from {{ source('raw_hubspot', 'deal_contacts') }}

),

renamed as (

    select
        from_id as deal_id,
        to_ids as contact_associations,
        _observed_at
    from associations

)

select * from renamed
