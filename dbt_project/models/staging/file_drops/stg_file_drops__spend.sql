with

spend as (

    select * from {{ source('raw_file_drops', 'spend') }}

),

files as (

    {{ newest_versions_of_files('spend') }}

),

cleaned as (

    select
        spend.campaign_id,
        spend.spent_on,

        {{ blank_to_null('spend.campaign') }} as campaign,
        lower({{ blank_to_null('spend.channel') }}) as channel,
        upper({{ blank_to_null('spend.currency') }}) as currency_code,
        spend.cost,
        spend.clicks,
        spend.impressions,

        -- the file was sent again without it
        spend.file_modified_at < files.modified_at as is_withdrawn,

        spend.file_name,
        spend.file_modified_at,
        spend._observed_at

    from spend
    inner join files on spend.file_name = files.file_name

)

select * from cleaned
