with

campaign_members as (

    select * from {{ source('raw_salesforce', 'campaign_members') }}

),

cleaned as (

    select
        id as campaign_member_id,
        {{ blank_to_null('campaign_id') }} as campaign_id,
        {{ blank_to_null('lead_id') }} as lead_id,
        {{ blank_to_null('contact_id') }} as contact_id,

        lower({{ blank_to_null('status') }}) as status,

        coalesce(has_responded, false) as has_responded,
        coalesce(is_deleted, false) as is_deleted,

        first_responded_on,
        created_at,
        last_modified_at,
        system_modstamp,
        _observed_at

    from campaign_members

)

select * from cleaned
